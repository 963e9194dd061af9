"""What a camera makes of a printed letter, and what the scanner reads in it."""
