"""Least privilege, proved both ways from the synthesized templates.

What a role needs comes from what uses it: a state machine is walked through with scripted answers; a
program's calls are recorded while its own tests run; for what a service does with a role there is its
documentation. What a role is granted comes from its policies. The two must be the same.

    deployment   an environment's templates, every reference resolved to a name or an ARN (`arns`)
    recordings   calls of functions and programs, by way of the plugin `recorder`
    users        what each role needs: `machines` (`machine_walk`, `clips`), `functions`, `programs`,
                 by way of `calls`, which knows what a call needs, and `spared`, what a program goes without
    statements   what each role is granted
    comparison   the two held together, with what IAM knows (`catalogue`) and how it decides (`matching`)
    trust, resource_policies   who may assume a role, and what a resource's own policy lets in
    proving      all of it, for one environment
"""
