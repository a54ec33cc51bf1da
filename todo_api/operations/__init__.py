"""The handlers: for each tag of the document a module, for each operationId a function.

`representation` is a task as clients see it, and what a request body asks to change.
"""
