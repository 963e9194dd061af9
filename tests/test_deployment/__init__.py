"""What a machine is made from: image, composition, units, and the guide that tells how."""
