import { createContext, useContext, useEffect, useState, useSyncExternalStore } from 'react';
import { Importer, type ImportState } from '../../client/importer';
import { newId } from '../../data/browser';
import { useServices } from '../services';

/** Opens the import with the files that were dropped, if any; null for those who only look. */
export const ImportContext = createContext<((files: readonly File[]) => void) | null>(null);
export const useOpenImport = () => useContext(ImportContext);

export interface Files {
  importer: Importer<File>;
  state: ImportState;
}

export function useImport(first: readonly File[], sessionId: number | null): Files {
  const { api } = useServices();
  const [importer] = useState(() => new Importer<File>(api, newId, sessionId));
  const [given] = useState(first);
  const state = useSyncExternalStore(importer.subscribe, importer.snapshot);
  useEffect(() => {
    importer.start();
    if (given.length > 0 && importer.snapshot().items.length === 0) void importer.add(given);
    return () => importer.stop();
  }, [importer, given]);
  return { importer, state };
}
