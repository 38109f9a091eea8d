import { createRoot } from 'react-dom/client';
import { App } from './chat/App';
import './ui/base.css';
import './ui/chat.css';
import './ui/answer.css';
import './ui/list.css';
import './ui/imports.css';
import './ui/orders.css';

const root = document.getElementById('root');
if (root) createRoot(root).render(<App />);
