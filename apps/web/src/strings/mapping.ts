export const mapping = {
  title: '',
};
