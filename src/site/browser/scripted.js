// Before the first paint, unlike the modules: what is shown only with scripts, or only without them, does not move the page.
document.documentElement.classList.add('scripted');
