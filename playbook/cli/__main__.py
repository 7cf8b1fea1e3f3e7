"""`python -m playbook.cli`, for where the `playbook` script is not on the path."""

from playbook.cli import main

if __name__ == "__main__":
    main(prog_name="playbook")
