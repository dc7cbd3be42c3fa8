export const projects = {
  title: '',
};
