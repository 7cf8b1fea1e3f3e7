"""YAML is read as text: nothing is guessed, followed or allowed to grow."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbook.domain.preparedness.raw import RawFile
from playbook.services.preparedness.yaml_text import MOST_BYTES, read_yaml


class TestTextOnly:
    """YAML would guess; the loader does not."""

    def tree(self, text: str) -> Any:
        file, findings = read_yaml("playbook.yaml", text.encode())
        assert findings == []
        return file.tree

    def refusal(self, content: str | bytes) -> tuple[int, str]:
        raw = content if isinstance(content, bytes) else content.encode()
        file, findings = read_yaml("playbook.yaml", raw)
        assert file.tree is None
        (found,) = findings
        return found.line, found.problem

    def test_every_scalar_is_what_was_typed(self) -> None:
        assert self.tree("on: no\n04: 007\nd: 2026-05-01\nn: ~\ne:\nt: 12:30:00\nx: 0x1F\n") == {
            "on": "no", "04": "007", "d": "2026-05-01", "n": "~", "e": "", "t": "12:30:00", "x": "0x1F",
        }  # fmt: skip

    def test_lines_are_those_of_keys_and_items(self) -> None:
        file, _ = read_yaml(
            "playbook.yaml", b"# a note\na:\n  b: [x,\n    y]\nc: |\n  one\n  two\nd: e\n"
        )
        assert isinstance(file, RawFile)
        assert file.lines == {
            ("a",): 2, ("a", "b"): 3, ("a", "b", 0): 3, ("a", "b", 1): 4, ("c",): 5, ("d",): 8,
        }  # fmt: skip
        assert file.at(("a", "b", 7, "deeper")).line == 3

    def test_the_first_of_two_values_counts_with_its_line(self) -> None:
        file, findings = read_yaml("playbook.yaml", b"a: {x: y}\nb: c\na: {x: z, w: v}\n")
        assert file.tree == {"a": {"x": "y"}, "b": "c"}
        assert file.lines["a", "x"] == 1
        assert [(f.line, f.path) for f in findings] == [(3, "a")]

    def test_an_empty_file_says_nothing(self) -> None:
        assert self.tree("") == {}
        assert self.tree("# only a note\n") == {}

    def test_a_byte_order_mark_is_no_text(self) -> None:
        assert self.tree("\ufeffa: b\n") == {"a": "b"}

    @pytest.mark.parametrize(
        ("content", "line", "problem"),
        [
            ("a: b\nc: [d\n", 3, "cannot be read"),
            ("a: b\n\tc: d\n", 2, "cannot be read"),
            ("a: b: c\n", 1, "cannot be read"),
            ("a: &x b\nc: *x\n", 2, "“*x” points to another place"),
            ("a: &x [*x]\n", 1, "points to another place"),
            ("a: !!python/object:os.system b\n", 1, "has no use for"),
            ("a: !!int 3\n", 1, "has no use for"),
            ("a: b\n---\nc: d\n", 2, "second document"),
            ("a: b\n? [c]\n: d\n", 2, "A key should be one word"),
            ("a: {b}: c\n", 1, "cannot be read"),
            ('a: "\\0"\n', 1, "cannot be printed (U+0000)"),
            ('a: "\\uD800"\n', 1, "cannot be read"),
            (b"a: b\nc: \xff\n", 2, "not saved as UTF-8"),
            (b"a: b\nc: \x07\n", 2, "cannot be printed"),
            ("a: " + "[" * 30 + "]" * 30, 1, "nested more than 20 deep"),
        ],
    )
    def test_what_a_playbook_has_no_use_for_is_refused(
        self, content: str | bytes, line: int, problem: str
    ) -> None:
        found_line, found = self.refusal(content)
        assert problem in found
        assert found_line == line

    def test_a_bomb_of_references_does_not_go_off(self) -> None:
        doubling = ["a0: &a0 [x, x]"] + [
            f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]" for n in range(1, 40)
        ]
        assert "points to another place" in self.refusal("\n".join(doubling))[1]

    @pytest.mark.parametrize("deep", ["- " * 200_000, "[" * 200_000, "{a: " * 200_000])
    def test_depth_has_an_end(self, deep: str) -> None:
        assert self.refusal(deep)[0] == 1

    def test_size_has_an_end(self) -> None:
        assert "larger than 2 MB" in self.refusal(b"#" * (MOST_BYTES + 1))[1]

    @given(
        st.binary(max_size=200) | st.text(max_size=200).map(lambda t: t.encode("utf-8", "replace"))
    )
    def test_nothing_that_anybody_can_write_breaks_the_reader(self, content: bytes) -> None:
        file, findings = read_yaml("playbook.yaml", content)
        assert (file.tree is not None) or findings

    @given(st.text("ab:-{}[]&*!|>'\"#\n ,?%@`\t", max_size=60))
    def test_nor_anything_that_looks_like_yaml(self, content: str) -> None:
        file, findings = read_yaml("playbook.yaml", content.encode())
        assert (file.tree is not None) or findings
