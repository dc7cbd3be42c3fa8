export type Size = 'small' | 'medium' | 'large';
