"""Builders of webhook deliveries; ``tests.support.builders`` names them all."""
