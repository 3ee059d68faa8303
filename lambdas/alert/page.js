"use strict";

// The link carries what CloudFront wants to see; as cookies it opens the playlists and segments too.
const folder = location.pathname.slice(0, location.pathname.lastIndexOf("/") + 1);
for (const [name, value] of new URLSearchParams(location.search)) {
  if (["Policy", "Signature", "Key-Pair-Id"].includes(name)) {
    document.cookie = `CloudFront-${name}=${encodeURIComponent(value)}; Path=${folder}; Secure; SameSite=Strict`;
  }
}

const video = document.querySelector("video");
const moments = [...document.querySelectorAll("[data-start]")];

const explain = () => { document.querySelector(".trouble").hidden = false; };
video.addEventListener("error", explain);
video.querySelector("source:last-of-type").addEventListener("error", explain);

// The clip opens where the address says (#t=12.5), else at its first moment. A phone may not know
// the clip before the first touch, so the place is kept until it does.
let wanted = Number(new URLSearchParams(location.hash.slice(1)).get("t") ?? moments[0]?.dataset.start) || 0;
const seek = () => { video.currentTime = wanted; };
video.addEventListener("loadedmetadata", seek);

for (const moment of moments) {
  moment.addEventListener("click", () => {
    wanted = Number(moment.dataset.start);
    seek();
    video.play().catch(() => {}); // an error is already explained above
    history.replaceState(null, "", `#t=${wanted}`);
  });
}

video.addEventListener("timeupdate", () => {
  document.querySelector(".playhead").setAttribute("x", video.currentTime);
});

// Nothing is asked for before the cookies are set.
video.poster = video.dataset.poster;
for (const source of video.querySelectorAll("source")) source.src = source.dataset.src;
video.load();
