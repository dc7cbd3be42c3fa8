/** Says which process it was, and is none any more. */
console.log(process.pid);
