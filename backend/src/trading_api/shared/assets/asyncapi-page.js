"use strict";
const place = document.getElementById("document");
AsyncApiStandalone.render(
  { schema: { url: place.dataset.url }, config: { show: { sidebar: true, errors: true } } },
  place,
);
