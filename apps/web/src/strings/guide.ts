export const guide = {
  title: '',
};
