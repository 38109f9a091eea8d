import hooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['node_modules', 'eslint.config.js', 'public'] },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    plugins: { 'react-hooks': hooks },
    rules: {
      ...hooks.configs.recommended.rules,
      'max-lines': ['error', { max: 400 }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true }],
      'no-restricted-syntax': [
        'error',
        { selector: "JSXAttribute[name.name='dangerouslySetInnerHTML']", message: 'Data never becomes HTML.' },
        { selector: "JSXAttribute[name.name='style']", message: 'Use a class or an SVG attribute (CSP: style-src self).' },
      ],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/no-confusing-void-expression': 'off', // `return this.retryLater()` reads well
      '@typescript-eslint/unbound-method': 'off', // props and ports are plain functions
    },
  },
  { files: ['src/client/**'], rules: { 'no-restricted-imports': ['error', { patterns: ['react', 'react-dom', '../chat/*', '../ui/*', '../data/*'] }] } },
  { files: ['test/**'], rules: { 'max-lines-per-function': 'off' } },
);
