"""The composition root and the command line of Office Actions."""
