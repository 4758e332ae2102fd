"""Evidence on demand: what GitHub is asked for when a walk looked for it in vain, as facts like any other (SPEC §5.5).

``telling`` goes from a want to an observation; ``observed`` reads an answer through the code that observes deliveries;
``tracing`` follows lines that blame alone does not explain.
"""
