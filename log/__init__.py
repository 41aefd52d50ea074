"""The public log: RFC 6962 hashing and proofs, tiles, signed notes, checkpoints, leaves. Pure."""
