// Loaded into a process before its own code (`--import`): on SIGUSR2 it has an error that nobody catches, as a mistake
// would be. FAILURE says which.
process.on('SIGUSR2', () => {
  const error = new Error('out of nowhere');
  if (process.env.FAILURE === 'rejection') void Promise.reject(error);
  else if (process.env.FAILURE === 'odd rejection') void Promise.reject(Object.create(null));
  else if (process.env.FAILURE === 'many rejections') for (let at = 0; at < 1_000; at += 1) void Promise.reject(error);
  else if (process.env.FAILURE === 'twice') {
    setImmediate(() => {
      setImmediate(() => {
        throw new Error('and again');
      });
      throw error;
    });
  } else {
    setImmediate(() => {
      throw error;
    });
  }
});
