"""Forms as a page draws them and a browser without scripts would send them back."""

import re
from html import unescape


def without_templates(page: str) -> str:
    """What a browser without scripts sees of it."""
    return re.sub(r"<template.*?</template>", "", page, flags=re.DOTALL)


def drawn(page: str, action: str) -> dict[str, str]:
    """The fields of the page's form for that address, with what stands in them."""
    [form] = re.findall(
        rf'<form[^>]*action="{re.escape(action)}"[^>]*>(.*?)</form>', without_templates(page), re.DOTALL
    )
    found = {}
    for tag in re.findall(r"<input[^>]*>", form):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value and ("checkbox" not in tag or "checked" in tag):
            found[name[1]] = unescape(value[1])
    for name, text in re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        found[name] = unescape(text)
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        found[name] = unescape(chosen[1]) if chosen else ""
    return found
