"""The operator's command line, `impp`.

It knows a deployed environment by its stacks' outputs, its key names, its table and its state
machine; it imports nothing that deploys them.
"""
