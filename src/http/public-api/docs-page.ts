/** Style and script of the page that shows the OpenAPI document and tries its endpoints. Everything is set as text. */

export const DOCS_STYLE = `
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif }
main { max-width: 60rem; margin: 0 auto; padding: 1rem }
details { border: 1px solid #8886; border-radius: 6px; margin: .4rem 0; padding: .4rem .8rem }
summary { cursor: pointer }
summary b { display: inline-block; width: 4rem }
summary code { margin-right: 1rem }
label { display: grid; grid-template-columns: 9rem 1fr; gap: .5rem; margin: .3rem 0 }
input, textarea { font: inherit; font-family: ui-monospace, monospace }
textarea { width: 100%; box-sizing: border-box; min-height: 8rem }
pre { overflow: auto; max-height: 24rem; background: #8882; padding: .6rem; border-radius: 6px }
`;

export const DOCS_SCRIPT = `
'use strict';
const make = (tag, text, ...children) => {
  const node = document.createElement(tag);
  if (text !== undefined) node.textContent = text;
  node.append(...children);
  return node;
};
const main = document.getElementById('main');

function sample(schema, all, depth = 0) {
  if (schema.$ref) return sample(all[schema.$ref.split('/').pop()], all, depth);
  if (schema.enum) return schema.enum[0];
  if (schema.type === 'object') {
    const members = Object.entries(schema.properties || {}).filter(([name]) => (schema.required || []).includes(name));
    return depth > 3 ? {} : Object.fromEntries(members.map(([name, member]) => [name, sample(member, all, depth + 1)]));
  }
  if (schema.type === 'array') return (schema.prefixItems || []).map((item) => sample(item, all, depth + 1));
  if (schema.type === 'boolean') return false;
  if (schema.type === 'integer' || schema.type === 'number') return schema.minimum || 0;
  return '';
}

function operation(path, method, { summary, parameters = [], requestBody, responses }, all) {
  const box = make('details', undefined, make('summary', undefined, make('b', method.toUpperCase()), make('code', path), make('span', summary)));
  const form = make('form');
  const inputs = parameters.map((parameter) => {
    const input = make('input');
    input.name = parameter.name;
    input.required = parameter.required;
    input.placeholder = parameter.description;
    form.append(make('label', undefined, make('code', parameter.name), input));
    return [parameter, input];
  });
  let body;
  if (requestBody) {
    const { schema, example } = requestBody.content['application/json'];
    body = make('textarea', JSON.stringify(example || sample(schema, all), null, 1));
    form.append(make('p', requestBody.description || 'Body'), body);
  }
  const output = make('pre');
  output.hidden = true;
  form.append(make('button', 'Send'), output);
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    let url = path;
    const query = new URLSearchParams();
    for (const [{ name, in: place }, { value }] of inputs) {
      if (place === 'path') url = url.replace('{' + name + '}', encodeURIComponent(value));
      else if (value !== '') query.set(name, value);
    }
    if (query.size > 0) url += '?' + query;
    output.hidden = false;
    output.textContent = '…';
    try {
      const response = await fetch(url, { method, body: body && body.value, redirect: 'manual' });
      const text = await response.text();
      let shown = text;
      try { shown = JSON.stringify(JSON.parse(text), null, 1); } catch {}
      output.textContent = (response.status || 'redirected') + ' ' + url + '\\n\\n' + shown.slice(0, 100000);
    } catch (error) {
      output.textContent = String(error);
    }
  });
  const answers = make('ul');
  for (const [status, { description }] of Object.entries(responses)) answers.append(make('li', status + ': ' + description));
  box.append(form, make('p', 'Answers'), answers);
  return box;
}

fetch('/openapi.json').then((response) => response.json()).then((document_) => {
  const { info, tags, paths, components } = document_;
  main.replaceChildren(make('h1', info.title + ' API'), make('p', info.description));
  const link = make('a', '/openapi.json');
  link.href = '/openapi.json';
  main.append(make('p', 'The document itself: ', link));
  for (const { name, description } of tags) {
    main.append(make('h2', name), make('p', description));
    for (const [path, methods] of Object.entries(paths)) {
      for (const [method, entry] of Object.entries(methods)) {
        if (entry.tags.includes(name)) main.append(operation(path, method, entry, components.schemas));
      }
    }
  }
});
`;
