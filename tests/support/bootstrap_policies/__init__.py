"""The bootstrap stack's policies, derived: what CloudFormation needs to deploy us, and what our roles may at most do.

variants   templates of every environment, and of one with every optional setting on
needed, features, authorization   from templates to the actions their deployment needs, and what IAM knows of those
scopes, names   on which resources: as they are called in AWS, by whoever names them
bounded   from the roles of the templates to the boundary that holds all of them
policies   all of it as `constructs/media_pipeline/bootstrap_policies` keeps it, a file a policy
checks, way_in   what must hold of the stack that is made of them, whoever wrote it
planted    faults, and what the checks must say of them
"""
