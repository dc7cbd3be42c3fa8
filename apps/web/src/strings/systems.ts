export const systems = {
  title: '',
};
