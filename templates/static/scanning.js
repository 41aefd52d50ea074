/**
 * Reads QR codes from pictures on this device: by the browser's own detector where it has one, else
 * by the packaged reader, which is fetched only then. Nothing leaves the device.
 */

const READER = '/static/packages/zxing/reader/';
const OPTIONS = { formats: ['QRCode'], tryHarder: true, tryRotate: true, tryInvert: true };
/** Pictures from cameras are larger than a reader needs, and some codes show only in a smaller one. */
const LONGEST_SIDES = [4000, 1600, 800];

/**
 * Whatever reads the codes of a picture.
 * @typedef {(picture: ImageBitmap|HTMLVideoElement, side?: number) => Promise<string[]>} Reader
 */

/** @returns {Promise<Reader>} the reader this browser has */
export async function openReader() {
  return await detector() ?? packaged();
}

/**
 * The text of the first code in a picture, looked for at several sizes, or null.
 * @param {Reader} read
 * @param {Blob} file
 */
export async function readPicture(read, file) {
  const picture = await createImageBitmap(file);
  try {
    for (const side of LONGEST_SIDES) {
      const [text] = await read(picture, side);
      if (text !== undefined) return text;
    }
    return null;
  } finally {
    picture.close();
  }
}

async function detector() {
  const kinds = await window.BarcodeDetector?.getSupportedFormats?.().catch(() => []);
  if (!kinds?.includes('qr_code')) return null;
  const found = new window.BarcodeDetector({ formats: ['qr_code'] });
  return async (picture, side) => {
    const shown = side === undefined ? picture : drawn(picture, side).canvas;
    return (await found.detect(shown)).map((one) => one.rawValue);
  };
}

async function packaged() {
  const { prepareZXingModule, readBarcodes } = await import(`${READER}index.js`);
  await prepareZXingModule({
    overrides: { locateFile: (name) => `${READER}${name}` }, fireImmediately: true,
  });
  return async (picture, side = 1600) => {
    const { canvas, pen } = drawn(picture, side);
    const dots = pen.getImageData(0, 0, canvas.width, canvas.height);
    return (await readBarcodes(dots, OPTIONS)).filter((one) => one.isValid).map((one) => one.text);
  };
}

/** A picture on a canvas, no longer than `side` on either side. */
function drawn(picture, side) {
  const width = picture.videoWidth ?? picture.width;
  const height = picture.videoHeight ?? picture.height;
  const scale = Math.min(1, side / Math.max(width, height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return { canvas, pen };
}
