/** The field's terms, each explained once, for a curious person. `term` is how it stands in a sentence. */
export const glossary = {
  loss: {
    term: 'loss',
    text: 'How surprised the network is by the next character, on average: minus the natural logarithm of the probability that it gave to the right one. Guessing blindly among V characters costs ln V (4.17 for the 65 of Shakespeare); 0 would be certainty.',
  },
  trainingLoss: {
    term: 'training loss',
    text: 'The loss on the text that the network learns from, averaged over the epoch. It falls as the network learns, and also as it learns by heart.',
  },
  validationLoss: {
    term: 'validation loss',
    text: 'The loss on the end of the text, which is never trained on. When it rises while the training loss still falls, the network has begun to learn by heart.',
  },
  perplexity: {
    term: 'perplexity',
    text: 'e to the loss: the number of characters between which the network hesitates, as if all of them were equally likely. Blind guessing hesitates between all of them.',
  },
  bits: {
    term: 'bits a character',
    text: 'The loss in bits (nats divided by ln 2): what an ideal compressor would need for each character with this network as its model. Plain text takes 8.',
  },
  epoch: {
    term: 'epoch',
    text: 'One pass over the whole training text.',
  },
  step: {
    term: 'step',
    text: 'One batch: the network guesses every character in it, the mistakes are traced back, and all weights move a little.',
  },
  temperature: {
    term: 'temperature',
    text: 'How daring the network writes. At 1 it draws characters as often as it believes in them; below 1 it keeps to what is likely; towards 0 it always takes the likeliest and soon repeats itself; above 1 it raves.',
  },
  topK: { term: 'top-k', text: 'Only the k likeliest characters may be drawn. 0 is off.' },
  topP: {
    term: 'top-p',
    text: 'Only the likeliest characters that together have this much of the probability may be drawn. 1 is off.',
  },
  minP: {
    term: 'min-p',
    text: 'A character may be drawn only if it is at least this fraction as likely as the likeliest one. 0 is off.',
  },
  seed: {
    term: 'seed',
    text: 'The number that all chance comes from. The same seed with the same settings gives the same text again.',
  },
  hiddenState: {
    term: 'hidden state',
    text: 'The memory of a recurrent network: one number for each unit, changed by every character that it reads. What it knows of the text so far is in there.',
  },
  units: {
    term: 'units',
    text: 'How many numbers the hidden state has. More units remember more and take longer: the work grows with their square.',
  },
  embedding: {
    term: 'embedding',
    text: 'Each character becomes a row of numbers that the network learns; characters that behave alike end up near each other.',
  },
  gru: {
    term: 'GRU',
    text: 'Gated recurrent unit: a recurrent cell with two gates that decide how much of the memory is kept and how much is rewritten.',
  },
  lstm: {
    term: 'LSTM',
    text: 'Long short-term memory: a recurrent cell with a separate memory line and three gates. A little slower than a GRU, of similar quality.',
  },
  dropout: {
    term: 'dropout',
    text: 'While training, this share of each layer’s outputs is set to zero at random, so that the network does not lean on single units. Good against learning by heart.',
  },
  learningRate: {
    term: 'learning rate',
    text: 'How far the weights move at each step. Too small and it takes forever; too large and the loss jumps up or becomes NaN.',
  },
  batch: {
    term: 'batch',
    text: 'How many sequences are trained on at once. Larger batches use the processor better and give steadier but fewer steps.',
  },
  sequenceLength: {
    term: 'sequence length',
    text: 'How many characters back a mistake is traced.',
  },
  clip: {
    term: 'gradient clipping',
    text: 'The gradient is scaled down when its length exceeds this, so that one bad batch cannot throw the weights far off.',
  },
  checkpoint: {
    term: 'checkpoint',
    text: 'All weights as they were at one moment, stored whole or not at all. Any of them can write text; the newest can be trained further.',
  },
  vocabulary: {
    term: 'vocabulary',
    text: 'The distinct characters of the text, in order. The network knows these and no others.',
  },
  parameters: {
    term: 'weights',
    text: 'The numbers that the network learns: embedding, recurrent layers and the final layer together.',
  },
  mixedPrecision: {
    term: 'mixed precision',
    text: 'Matrix products in 16-bit bfloat16, everything else in 32 bits. On some processors nearly twice as fast, with nearly the same loss.',
  },
};
