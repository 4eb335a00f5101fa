import { useState } from "react";
import { createRoot } from "react-dom/client";
import { imgProps } from "@darkroom/images";
import { DarkroomUploader } from "@darkroom/uploader/react";

function Album() {
  const [images, setImages] = useState([]);
  const add = ({ image }) => setImages((shown) => [image, ...shown]);
  return (
    <>
      <DarkroomUploader api={import.meta.env.VITE_API} multiple maxFiles={5} onReady={add} />
      {images.map((image) => <img key={image.id} {...imgProps(image, { sizes: "50vw" })} />)}
    </>
  );
}

createRoot(document.getElementById("app")).render(<Album />);
