"""The domain: claims, payloads, the chain. No Flask, no SQL, no environment, no network."""
