"""One rule per module; `issuer.lints.registry` lists them all in the order they run."""
