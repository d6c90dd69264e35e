import { createApp } from "vue";
import { createBackend } from "./state/backend";
import { createPreferences } from "./state/preferences";
import { createSession } from "./state/session";
import { backendKey, preferencesKey, sessionKey } from "./views/context";
import App from "./views/App.vue";
import "./styles/base.css";

const backend = createBackend(location.origin);

createApp(App)
  .provide(backendKey, backend)
  .provide(sessionKey, createSession(backend.rest))
  .provide(preferencesKey, createPreferences())
  .mount("#app");
