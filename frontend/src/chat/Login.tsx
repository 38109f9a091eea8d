import { useState, type SubmitEvent } from 'react';
import type { Api } from '../data/http';
import { useI18n } from '../i18n';

export function Login({ api, onDone }: { api: Api; onDone(): void }) {
  const { t } = useI18n();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const submit = async (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const fields = new FormData(event.currentTarget);
    setBusy(true);
    const called = await api.login(field(fields, 'name'), field(fields, 'password'));
    setBusy(false);
    if (called.ok) return onDone();
    setError(called.detail || t(called.status === 0 ? 'login.unreachable' : 'login.wrong'));
  };
  return (
    <main className="login">
      <form onSubmit={(event) => void submit(event)}>
        <div className="brand">
          <img src={`${import.meta.env.BASE_URL}favicon.svg`} alt="" width="36" height="36" />
          <span><strong>{t('app.name')}</strong><small>{t('app.tagline')}</small></span>
        </div>
        <h1 className="sr-only">{t('login.title')}</h1>
        <label>{t('login.name')}<input name="name" autoComplete="username" autoCapitalize="none" required /></label>
        <label>{t('login.password')}<input name="password" type="password" autoComplete="current-password" required /></label>
        {error ? <p className="error-text" role="alert">{error}</p> : null}
        <button type="submit" className="button primary" disabled={busy}>{busy ? t('login.busy') : t('login.submit')}</button>
        <p className="muted small">{t('login.local')}</p>
      </form>
    </main>
  );
}

function field(fields: FormData, name: string): string {
  const value = fields.get(name);
  return typeof value === 'string' ? value : '';
}
