// One file to the server, with its progress: what `fetch` does not tell.

import type { Sending } from '../client/importer';
import type { Called } from '../client/ports';
import { isObject } from '../client/wire';

export function sendFile(file: File, csrf: string, onPart: (part: number) => void): Sending {
  const request = new XMLHttpRequest();
  const done = new Promise<Called<string>>((resolve) => {
    request.open('POST', '/api/uploads');
    request.setRequestHeader('X-CSRF-Token', csrf);
    request.setRequestHeader('X-File-Name', encodeURIComponent(wellFormed(file.name).slice(-200)));
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    request.upload.onprogress = (event) => onPart(event.total > 0 ? event.loaded / event.total : 0);
    request.onload = () => resolve(read(request));
    request.onerror = request.onabort = () => resolve({ ok: false, status: 0, detail: '' });
    request.send(file);
  });
  return { done, stop: () => request.abort() };
}

/** Half a surrogate pair, which some systems allow in a name, can't be encoded. */
function wellFormed(name: string): string {
  return Array.from(name, (char) => (/^[\ud800-\udfff]$/.test(char) ? '_' : char)).join('');
}

function read(request: XMLHttpRequest): Called<string> {
  let value: unknown = null;
  try {
    value = JSON.parse(request.responseText);
  } catch {
    // a proxy's own page: the status says enough
  }
  if (request.status === 201 && isObject(value) && typeof value.id === 'string') return { ok: true, value: value.id };
  return { ok: false, status: request.status, detail: isObject(value) && typeof value.detail === 'string' ? value.detail : '' };
}
