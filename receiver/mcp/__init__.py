"""MCP, the protocol by which agents call tools: the service's answers over stdio and streamable HTTP (SPEC §7).

This package alone imports the SDK, an extra that other commands do without. Every tool asks the HTTP API, so that
tokens, scopes, workspaces, validation and errors exist once. A new tool is a function and its line in
``receiver.mcp.tools``, with what it takes in ``arguments`` and what it answers in ``results``.
"""
