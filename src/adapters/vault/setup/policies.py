"""The policies as Vault reads them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from .roles import DEPLOYER, ROLES, Mounts, Rule, rules_of, rules_of_deployer


def policies(mounts: Mounts) -> Mapping[str, str]:
    """The text (HCL) of each policy by the name of the role that has it."""
    found = {role.name: policy_text(rules_of(role, mounts)) for role in ROLES}
    return {**found, DEPLOYER: policy_text(rules_of_deployer(mounts.name))}


def policy_text(rules: Iterable[Rule]) -> str:
    """The text of a policy with these rules."""
    return "\n".join(map(_block, rules))


def _block(rule: Rule) -> str:
    words = ", ".join(json.dumps(word) for word in rule.capabilities)
    bounds = "".join(f'  {name} = "{value}"\n' for name, value in rule.bounds.items())
    return f'# {rule.reason}\npath "{rule.path}" {{\n  capabilities = [{words}]\n{bounds}}}\n'
