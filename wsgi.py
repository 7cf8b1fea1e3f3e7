"""What a WSGI server imports."""

from playbook.app import create_app

app = create_app()
