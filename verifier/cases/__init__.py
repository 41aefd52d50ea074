"""The acts of the police desk: cases of suspect papers, from receipt to hand-over."""
