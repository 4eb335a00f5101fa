export { default, default as DarkroomUploader } from "./DarkroomUploader.svelte";
