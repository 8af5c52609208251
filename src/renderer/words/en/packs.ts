/** Words of the settings: builds of TensorFlow and the CUDA pack. */
export const packs = {
  bundled: 'TensorFlow came with Folio',
  bundledText:
    'TensorFlow’s own library is part of this Folio, ready to compute on the processor. There is nothing to install.',
  bundledNone: 'This Folio has no TensorFlow for this system; it computes with the other engines.',
  damaged: 'Damaged',
  installFolioAgain: 'Install Folio again.',

  builds: 'Installed builds',
  buildsText: 'Of TensorFlow, on this computer. What is removed can be installed again.',
  kinds: { cpu: 'For the processor', cuda: 'For NVIDIA GPUs (CUDA)', external: 'Addon for a library of yours' },
  remove: 'Remove',
  removeReally: 'Remove it for good',
  removeWarning: (bytes: string) => `Frees ${bytes}. It must be downloaded again then.`,
  removed: (bytes: string) => `It is removed; ${bytes} are free again.`,

  title: 'CUDA pack',
  text: (download: string, disk: string) =>
    `For NVIDIA graphics cards: TensorFlow’s CUDA build with all the libraries that it uses, so that the computer needs NVIDIA’s driver (525 or newer) and nothing else. ${download} to download, ${disk} on the disk. Every file is checked against its SHA-256 before it is used.`,
  there:
    'The CUDA pack is installed. Folio computes with it where it finds an NVIDIA driver. It is removed under “Installed builds”.',
  failed: 'The CUDA pack could not be installed',
  noDriver: 'No graphics card can be used with it as things are: ',
  address: 'Address',
  addressExample: 'https://…',
  addressNote:
    'The folder on a web server in which the files below lie by their names, as https://… Folio has no address of its own. When you press Download it asks this server, and where that sends it on to; nothing else.',
  download: 'Download',
  goOn: 'Download the rest',
  fromHere: 'From this computer',
  choose: 'Choose files…',
  chooseNote: 'Choose all of them at once. They are recognised by their content.',
  downloaded: 'Downloaded',
  partly: (done: string, total: string) => `${done} of ${total}; the download goes on from there.`,
  discard: 'Delete what is there',
  discarded: (bytes: string) => `It is deleted; ${bytes} are free again.`,
  files: (count: string) => `The ${count} files`,
  handing: (name: string) => `Handing over ${name}`,
  phases: {
    wait: 'Waiting for another installation',
    verify: 'Checking what is there',
    download: 'Downloading',
    unpack: 'Unpacking',
    check: 'Trying it out',
  },
  progress: (phase: string, done: string, total: string) => `${phase}: ${done} of ${total}`,
  speed: (bytes: string) => `${bytes}/s`,
  left: (duration: string) => `${duration} left`,
  installedGpu: 'It was tried out and computes on the GPU. Try the engines to see what it is worth here.',
  installedCpu: 'It was tried out and works, but found no GPU that it can use. It needs NVIDIA’s driver, 525 or newer.',
};
