export { LESSONS } from './lessons/catalogue.ts';
export { gamesOf } from './lessons/lesson.ts';
export { agrees, checkRandomPlays } from './replay/check-play.ts';
export { COURTS, gamesOfCourt } from './search/all-games.ts';
export { search } from './search/search.ts';
export { coalitionName, renderTable, rowsOf } from './search/table.ts';
export { storyOf, violationsOf } from './search/violations.ts';
