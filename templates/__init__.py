"""What people see: the certificate page and its fonts, the HTML pages, their style and scripts.

Knows codes and nothing else of the house; draws what it is given and decides nothing.
"""
