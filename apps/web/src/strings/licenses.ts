export const licenses = {
  title: '',
};
