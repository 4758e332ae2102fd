"""One rule of the chain, one file, one test. Their order is stated once, in ``resolver.chain``."""
