"""The public side: from whatever the asker holds to one verdict with its reasons.

Holds no private key and no vault key; opens only rows whose holder data the asker brought.
"""
