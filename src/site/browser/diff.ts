/** Colours the changes of a test: words, texts, numbers and comments of C++. Copies the command that applies them. */

const TOKENS =
  /(\/\/.*|\/\*.*?\*\/)|("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(^.[ \t]*#[ \t]*\w+)|\b(alignas|auto|bool|break|case|char|class|const|constexpr|continue|default|delete|do|double|else|enum|explicit|extern|false|float|for|friend|if|inline|int|namespace|new|nullptr|operator|private|public|return|short|signed|sizeof|static|struct|switch|template|this|true|typedef|typename|union|unsigned|using|virtual|void|volatile|while)\b|\b(\d[\w.']*)/gm;
const KINDS = ['comment', 'text', 'directive', 'word', 'number'] as const;
const SOURCE = /\.(?:c|cc|cpp|cxx|h|hh|hpp|inl)$/;
/** Characters that are coloured in one go: the page stays quick to touch meanwhile. */
const A_GO = 20_000;
const SAID_MS = 2_000;

function colour(piece: Element): void {
  const text = piece.textContent ?? '';
  const parts: (string | Element)[] = [];
  let from = 0;
  for (const match of text.matchAll(TOKENS)) {
    const kind = KINDS.find((_, i) => match[i + 1] !== undefined);
    if (kind === undefined) continue;
    parts.push(text.slice(from, match.index));
    const token = document.createElement('span');
    token.className = `code-${kind}`;
    token.textContent = match[0];
    parts.push(token);
    from = match.index + match[0].length;
  }
  piece.replaceChildren(...parts, text.slice(from));
}

async function colourAll(root: ParentNode): Promise<void> {
  let done = 0;
  for (const file of root.querySelectorAll('.diff-file:not(.coloured)')) {
    file.classList.add('coloured');
    if (!SOURCE.test(file.querySelector('summary .code')?.textContent ?? '')) continue;
    for (const piece of file.querySelectorAll('pre > ins, pre > del, pre > .same')) {
      colour(piece);
      done += piece.textContent?.length ?? 0;
      if (done < A_GO) continue;
      done = 0;
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
}

async function copy(button: HTMLButtonElement, text: string): Promise<void> {
  const before = button.textContent;
  // Browsers let pages write to the clipboard over https only.
  const isCopied = await (
    navigator.clipboard?.writeText(text) ?? Promise.reject(new Error('no clipboard'))
  ).then(
    () => true,
    () => false,
  );
  if (!isCopied) {
    prompt('Copy this:', text);
    return;
  }
  button.textContent = 'Copied';
  setTimeout(() => {
    button.textContent = before;
  }, SAID_MS);
}

/** Somebody asked for the changes: the link that had the focus goes, and the card that comes for it gets it. */
let isAsked = false;

function focusCard(): void {
  const card = document.querySelector<HTMLElement>('#diff[tabindex]');
  if (!isAsked || card === null) return;
  isAsked = false;
  card.focus({ preventScroll: true });
}

document.addEventListener('click', (event) => {
  isAsked ||= event.target instanceof Element && event.target.closest('#diff a[hx-get]') !== null;
  const button = event.target instanceof Element ? event.target.closest('button') : null;
  const text = button?.dataset['copies'];
  if (button !== null && text !== undefined) void copy(button, text);
});
document.addEventListener('htmx:after:swap', () => {
  focusCard();
  void colourAll(document);
});
void colourAll(document);
