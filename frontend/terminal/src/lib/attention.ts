/** Ways to get the attention of somebody who looks elsewhere: a sound, a message of the system. */

const TONES = [880, 1175];
const TONE_S = 0.12;
const LOUDNESS = 0.08;
let audio: AudioContext | null = null;

/** Two short tones; silent until the person has clicked or typed once, which browsers ask for. */
export function chime(): void {
  audio ??= new AudioContext();
  const { currentTime, destination } = audio;
  for (const [index, pitch] of TONES.entries()) {
    const [tone, volume] = [audio.createOscillator(), audio.createGain()];
    const start = currentTime + index * TONE_S;
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(LOUDNESS, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + TONE_S);
    tone.connect(volume).connect(destination);
    tone.start(start);
    tone.stop(start + TONE_S);
  }
}

/** A message of the system while the page is not seen, if the person has allowed it. */
export function notify(text: string): void {
  if (!document.hidden || !("Notification" in window)) return;
  if (Notification.permission === "granted") new Notification("trading_api", { body: text });
}

/** Ask for the permission to send messages of the system, where it has not been decided. */
export async function askToNotify(): Promise<void> {
  if ("Notification" in window && Notification.permission === "default") {
    await Notification.requestPermission();
  }
}
