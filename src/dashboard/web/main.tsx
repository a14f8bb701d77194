import { render } from 'preact';
import { App } from './App.tsx';
import { goLive } from './state/live.ts';
import { tick } from './state/now.ts';
import { followLinks } from './state/route.ts';
import { keepTheme } from './state/theme.ts';
import { followUploads } from './state/uploads.ts';
import './style/base.css';
import './style/controls.css';
import './style/frame.css';
import './style/belt.css';
import './style/sheet.css';
import './style/rail.css';
import './style/image.css';
import './style/lists.css';
import './style/recipe.css';

const place = document.getElementById('page');
if (place === null) throw new Error('the page has lost its place');

keepTheme();
followLinks();
followUploads();
tick();
goLive();
render(<App />, place);
