"""The core: values and bytes in, values and bytes out. No clock, network, disk, Flask or SQL."""
