"""The contract as it is held from outside: the guide for agencies, the API's document, every route for every key."""
