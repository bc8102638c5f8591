"""JupyterHub for a class on one machine: docs/a-class-on-one-server.md says how to use this file."""

import sys
from pathlib import Path

c = get_config()  # noqa: F821 - JupyterHub puts it there

load_subconfig(str(Path(__file__).with_name("course_on_hub.py")))  # noqa: F821 - and this

c.JupyterHub.bind_url = "http://127.0.0.1:8000"  # for a web server with a certificate in front of it

# Learners are users of the system, with its passwords; those of this group may come in.
c.JupyterHub.authenticator_class = "pam"
c.PAMAuthenticator.allowed_groups = {"mirlab-class"}

# A learner's server, about 0.15 GB, ends after an hour without activity.
c.JupyterHub.services = [
    {
        "name": "idle-culler",
        "command": [sys.executable, "-m", "jupyterhub_idle_culler", "--timeout=3600", "--cull-every=300"],
    }
]
c.JupyterHub.load_roles = [
    {
        "name": "idle-culler",
        "services": ["idle-culler"],
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
    }
]
