"""Where lines went: followed through the patches of commits, comparisons and pull requests, never guessed."""
